{{ staged("consents") }}

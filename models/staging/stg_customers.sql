{{ staged("customers") }}

{{ staged("campaigns") }}

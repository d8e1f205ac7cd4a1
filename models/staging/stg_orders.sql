{{ staged("orders") }}

{{ staged("tickets") }}

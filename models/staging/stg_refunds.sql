{{ staged("refunds") }}

{{ staged("order_lines") }}

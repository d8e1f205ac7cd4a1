{{ staged("loyalty_entries") }}

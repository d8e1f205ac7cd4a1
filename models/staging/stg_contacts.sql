{{ staged("contacts") }}

{{ staged("campaign_members") }}

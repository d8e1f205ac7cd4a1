select
    (select count(*) from marts.dim_customers) as customers,
    (select count(*) from marts.dim_customers where acquired_date is not null) as buyers,
    (select count(*) from marts.fct_orders where is_counted) as counted_orders,
    (select sum(net_amount) from marts.fct_orders where is_counted) as net_revenue_amount,
    (select sum(net_amount) from marts.fct_orders where is_counted and is_guest) as guest_net_revenue_amount,
    (select sum(booked_refund_amount) from marts.fct_refunds) as booked_refund_amount,
    (select sum(gross_amount) from marts.fct_order_lines) as line_gross_amount,
    (select sum(amount) from marts.fct_costs) as ledger_amount,
    (select sum(allocated_amount) from marts.fct_customer_costs) as allocated_amount,
    (select count(*) from marts.fct_customer_events) as customer_events,
    (select sum(historic_margin_amount) from marts.mart_customer_values) as historic_margin_amount

-- every customer of a month made exactly one move into it
with
    moves as (
        select period_start_date, sum(customer_count) as customer_count
        from {{ ref("metrics_lifecycle_moves") }}
        where dimension = 'all'
        group by period_start_date
    ),

    customers as (
        select activity_month, count(*) as customer_count
        from {{ ref("mart_customer_lifecycle") }}
        group by activity_month
    )

select *
from moves
full outer join customers on moves.period_start_date = customers.activity_month
where moves.customer_count is distinct from customers.customer_count

-- Orders in the marts, guests included, are worth what was accepted and not cancelled:
-- valued here once more from the landed amount and the rate of the day.
with
    accepted as (
        select
            *,
            cast(
                case
                    when
                        coalesce(currency_code, '{{ reporting_currency() }}')
                        = '{{ reporting_currency() }}'
                    then 1
                    else exchange_rate
                end as decimal(20, 10)
            ) as known_rate

        from {{ ref("int_orders_judged") }}
        where row_state = 'accepted' and status <> 'cancelled'
    ),

    expected as (
        select
            market,
            count(*) as order_count,
            sum(
                {{ converted("gross_amount", "known_rate") }}
                - {{ converted("coalesce(discount_amount, 0)", "known_rate") }}
            ) as revenue_amount

        from accepted
        group by market
    ),

    published as (
        select
            market,
            count(*) as order_count,
            sum(gross_amount - discount_amount) as revenue_amount

        from {{ ref("fct_orders") }}
        where is_counted
        group by market
    )

select *
from expected
full outer join published using (market)
where
    expected.order_count is distinct from published.order_count
    or expected.revenue_amount is distinct from published.revenue_amount

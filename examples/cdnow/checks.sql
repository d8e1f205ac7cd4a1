-- One row per claim that does not hold. No row: the mapping may land.
with
    claims as (
        select
            'every line is one order' as claim,
            abs(
                (select count(*) from lines)
                - (select count(distinct order_id) from orders)
            ) as offence_count
        union all
        select 'a line has a customer, a day and an amount', count(*)
        from orders
        where
            customer_id is null
            or ordered_at is null
            or gross_amount is null
            or gross_amount < 0
        union all
        select 'the orders hold the money of the file', count(*)
        from (select sum(gross_amount) as amount from orders) as landed
        cross join
            (
                select sum(cast(dollar_value as decimal(18, 6))) as amount from lines
            ) as given
        where landed.amount <> given.amount
    )

select claim, offence_count
from claims
where offence_count > 0
order by claim

-- What became of the lines, in the words of the printed table.
with
    named as (
        select
            *,
            case
                outcome when 'order_line' then 1 when 'refund' then 2 else 3
            end as place_number,
            case
                when outcome = 'refused'
                then 'refused: ' || refusal_reason
                when outcome = 'order_line' and customer_id is not null
                then 'order lines, customers'
                when outcome = 'order_line'
                then 'order lines, guests'
                when customer_id is not null
                then 'refunds, customers'
                else 'refunds, guests'
            end as place

        from lines
    )

select
    place,
    count(*) as line_count,
    count(distinct invoice) as invoice_count,
    count(distinct customer_id) as customer_count,
    cast(round(coalesce(sum(line_amount), 0), 2) as decimal(38, 2)) as amount
from named
group by place_number, place
order by place_number, place

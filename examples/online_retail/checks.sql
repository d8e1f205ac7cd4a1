-- One row per claim that does not hold. No row: the mapping may land.
with
    placed as (
        select input_line_number
        from order_lines
        union all
        select unnest(input_line_numbers)
        from refunds
        union all
        select input_line_number
        from refused_lines
    ),

    placed_counts as (
        select input_line_number, count(*) as place_count
        from placed
        group by input_line_number
    ),

    -- from the file, not from `lines`: a line lost or doubled on the way shows here
    input_totals as (
        select
            count(*) as line_count,
            sum(
                cast("Quantity" as decimal(18, 6)) * cast("Price" as decimal(18, 6))
            ) as amount
        from input_file
    ),

    documents as (
        select order_id as invoice, 'order_line' as outcome, gross_amount as amount
        from orders
        union all
        select refund_id, 'refund', - amount
        from refunds
    ),

    document_lines as (
        select invoice, outcome, sum(line_amount) as amount
        from lines
        where outcome <> 'refused'
        group by invoice, outcome
    ),

    invoices as (
        select
            count(distinct coalesce(customer_id, '')) as customer_count,
            count(distinct coalesce(country_name, '')) as country_count
        from lines
        where invoice is not null
        group by invoice
    ),

    claims as (
        select
            'every line of the file is in one place' as claim,
            abs(
                (select line_count from input_totals) - (select count(*) from placed)
            ) + (
                select count(*) from placed_counts where place_count > 1
            ) as offence_count
        union all
        select
            'the lines hold the money of the file',
            cast(
                coalesce((select amount from input_totals), 0)
                <> coalesce((select sum(line_amount) from lines), 0) as integer
            )
        union all
        select 'an order or refund is its lines to half a cent', count(*)
        from documents
        full join
            document_lines
            on documents.invoice = document_lines.invoice
            and documents.outcome = document_lines.outcome
        where coalesce(abs(documents.amount - document_lines.amount) > 0.005, true)
        union all
        select 'a refund is positive', count(*)
        from refunds
        where amount <= 0
        union all
        select 'an invoice has one customer', count(*)
        from invoices
        where customer_count > 1
        union all
        select 'an invoice has one country', count(*)
        from invoices
        where country_count > 1
        union all
        select 'countries.csv knows every country', count(distinct country_name)
        from lines
        where not is_country_known
    )

select claim, offence_count
from claims
where offence_count > 0
order by claim

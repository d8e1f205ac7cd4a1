-- One row per line of the input file: typed, and with what becomes of it.
with
    typed as (
        select
            -- ids
            row_number() over () as input_line_number,
            nullif(upper(trim(cast("Invoice" as varchar))), '') as invoice,
            -- one product is written 85123A and 85123a
            nullif(upper(trim(cast("StockCode" as varchar))), '') as product_id,
            -- some exports write customer 13085 as 13085.0
            nullif(
                regexp_replace(trim(cast("Customer ID" as varchar)), '\.0$', ''), ''
            ) as customer_id,

            -- categories
            nullif(trim("Description"), '') as product_name,
            nullif(trim("Country"), '') as country_name,

            -- amounts
            cast("Quantity" as bigint) as quantity,
            cast("Price" as decimal(18, 6)) as unit_price_amount,

            -- times
            cast("InvoiceDate" as timestamp) as invoiced_at

        from input_file
    ),

    judged as (
        select
            *,
            cast(quantity * unit_price_amount as decimal(38, 6)) as line_amount,

            -- order matters: the first rule that holds names the reason
            case
                when
                    invoice is null
                    or product_id is null
                    or quantity is null
                    or unit_price_amount is null
                    or invoiced_at is null
                then 'missing_value'
                when unit_price_amount < 0
                then 'negative_price'
                when quantity = 0
                then 'zero_quantity'
                when quantity < 0 and invoice not like 'C%'
                then 'negative_quantity'
                when unit_price_amount = 0
                then 'zero_price'
            end as refusal_reason

        from typed
    ),

    sorted as (
        select
            *,
            case
                when refusal_reason is not null
                then 'refused'
                when quantity > 0
                then 'order_line'
                else 'refund'
            end as outcome

        from judged
    )

select
    sorted.*,
    countries.country_code,
    sorted.country_name is null
    or countries.country_name is not null as is_country_known
from sorted
left join countries on sorted.country_name = countries.country_name

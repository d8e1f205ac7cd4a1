-- The id of a customer is that of the oldest record of the group, which is the only
-- one that was matched with no other.
with
    records as (
        select
            customer_id,
            {{ customer_key("source_system", "source_customer_id") }} as own_id,
            match_rule,
            matched_with,
            record_id,
            min(record_id) over (partition by customer_id) as oldest_record_id,
            count(*) over (partition by customer_id) as record_count

        from {{ ref("int_customers_resolved") }}
    )

select *
from records
where
    (record_id = oldest_record_id) <> (own_id = customer_id)
    or (record_id = oldest_record_id)
    <> (match_rule in ('oldest_record', 'single_record'))
    or (record_id = oldest_record_id) <> (matched_with is null)
    or (match_rule = 'single_record') <> (record_count = 1)
    or match_rule is null

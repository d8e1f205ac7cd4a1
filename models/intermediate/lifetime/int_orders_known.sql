with
    versions as (
        select *, coalesce(updated_at, timestamp '0001-01-01') as known_from_at
        from {{ ref("int_orders_judged") }}
        -- also versions by which the order happens after the as-of day: they end
        -- those before
        where
            row_state in ('accepted', 'superseded', 'not_yet')
            and all_refusals = ''
            and coalesce(updated_at < as_of_end_at, true)
    ),

    replaced_files as (
        select landing_file_id from {{ ref("stg_landing_files") }} where not is_current
    ),

    spans as (
        select
            versions.source_system,
            versions.order_id,
            versions.customer_id,
            versions.ordered_at,
            versions.ordered_date as order_date,
            versions.status <> 'cancelled' as is_counted,
            versions.channel,
            versions.reporting_gross_amount
            - versions.reporting_discount_amount as revenue_amount,
            versions.reporting_discount_amount as discount_amount,
            versions.known_from_at,
            lead(versions.known_from_at) over (
                partition by versions.source_system, versions.order_id
                order by versions.known_from_at, versions.version_rank desc
            ) as known_to_at

        from versions
        left join
            replaced_files on versions.landing_file_id = replaced_files.landing_file_id
        where replaced_files.landing_file_id is null
    )

-- a version that another replaced at the same moment was never in force
select *
from spans
where (known_to_at is null or known_to_at > known_from_at) and customer_id <> 'guest'

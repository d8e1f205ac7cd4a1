with
    resolved as (select * from {{ ref("int_customers_resolved") }}),

    profiled as (select * from {{ ref("int_customers_profiled") }}),

    placed as (
        select
            resolved.source_system,
            resolved.source_customer_id,
            resolved.customer_id,
            profiled.market,
            profiled.time_zone

        from resolved
        inner join profiled on resolved.customer_id = profiled.customer_id
    )

select *
from placed

with
    requests as (
        select *
        from {{ ref("int_erasure_requests_judged") }}
        where row_state in ('accepted', 'not_yet')
    ),

    requested as (select * from {{ ref("int_erasures_requested") }}),

    refusals as (select * from {{ ref("erasure_refusals") }}),

    due as (
        select distinct request_source_system, request_id
        from {{ ref("int_erasures_due") }}
    ),

    erased as (select * from {{ ref("stg_erased_records") }}),

    log as (select * from {{ ref("stg_erasure_log") }}),

    resolved as (select * from {{ ref("int_customers_resolved") }}),

    known as (
        -- a later version that is not known yet is no request of its own
        select
            source_system as request_source_system,
            request_id,
            'request' as reason,
            coalesce(
                max(case when row_state = 'accepted' then requested_at end),
                max(requested_at)
            ) as requested_at,
            count_if(row_state = 'accepted') = 0 as is_not_yet

        from requests
        group by source_system, request_id

        union all

        -- of the retention period, and of requests whose file went before its rows
        -- were in any version that is left
        select
            erased.request_source_system,
            erased.request_id,
            erased.reason,
            max(erased.requested_at) as requested_at,
            false as is_not_yet

        from erased
        left join
            requests
            on erased.request_source_system = requests.source_system
            and erased.request_id = requests.request_id
        where requests.request_id is null
        group by erased.request_source_system, erased.request_id, erased.reason
    ),

    meant as (
        select
            requested.request_source_system,
            requested.request_id,
            min(resolved.customer_id) as customer_id,
            count(distinct requested.person_key) as person_count

        from requested
        left join
            resolved
            on requested.source_system = resolved.source_system
            and requested.source_customer_id = resolved.source_customer_id
        group by requested.request_source_system, requested.request_id
    ),

    places as (
        select
            request_source_system,
            request_id,
            place,
            searched_by,
            cast(sum(found_row_count) as bigint) as found_row_count,
            cast(sum(erased_row_count) as bigint) as erased_row_count,
            max(erased_at) as erased_at

        from log
        group by request_source_system, request_id, place, searched_by
    ),

    final as (
        select
            -- ids
            known.request_source_system,
            known.request_id,
            coalesce(places.place, '') as place,
            case when meant.person_count = 1 then meant.customer_id end as customer_id,

            -- categories
            case
                when places.place is not null
                then 'done'
                when refusals.request_id is not null
                then 'refused'
                when known.is_not_yet or due.request_id is not null
                then 'waiting'
                when meant.request_id is not null
                then 'done'
                else 'not_found'
            end as status,
            known.reason,
            refusals.reason as refusal_reason,
            coalesce(places.searched_by, '') as searched_by,

            -- counts
            coalesce(places.found_row_count, 0) as found_row_count,
            coalesce(places.erased_row_count, 0) as erased_row_count,

            -- dates
            known.requested_at,
            refusals.decided_on as refused_date,
            places.erased_at

        from known
        left join
            meant
            on known.request_source_system = meant.request_source_system
            and known.request_id = meant.request_id
        left join
            refusals
            on known.request_source_system = refusals.source_system
            and known.request_id = refusals.request_id
        left join
            due
            on known.request_source_system = due.request_source_system
            and known.request_id = due.request_id
        left join
            places
            on known.request_source_system = places.request_source_system
            and known.request_id = places.request_id
    )

select *
from final

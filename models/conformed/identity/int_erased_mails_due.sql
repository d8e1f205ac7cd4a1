with
    due as (
        select distinct request_source_system, request_id
        from {{ ref("int_erasures_due") }}
        where reason = 'request'
    ),

    landed_requests as (
        select *, {{ erasure_request_id() }} as erasure_request_id
        from {{ ref("stg_erasure_requests") }}
    ),

    final as (
        select
            landed_requests.landing_file_id,
            landed_requests.record_number,
            due.request_source_system,
            due.request_id,
            coalesce(
                'keyed:' || {{ keyed(email_key("landed_requests.email")) }}, 'erased'
            ) as email

        from landed_requests
        inner join
            due
            on landed_requests.source_system = due.request_source_system
            and landed_requests.erasure_request_id = due.request_id
        where
            landed_requests.email is not null
            and landed_requests.email not in ('erased', '(erased)')
            and landed_requests.email not like 'keyed:%'
    )

select *
from final

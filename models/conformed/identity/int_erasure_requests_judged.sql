with
    {{ located("erasure_requests", event="requested") }},

    {{
        row_states(
            "located",
            "erasure_requests",
            ["source_system", "request_id"],
            not_yet="requested_date > as_of_date",
        )
    }}

select *
from stated

with
    {{ located("consents", event="recorded") }},

    {{
        row_states(
            "located",
            "consents",
            [
                "source_system",
                "source_customer_id",
                "channel",
                "purpose",
                "recorded_at",
            ],
            not_yet="recorded_date > as_of_date",
        )
    }}

select *
from stated

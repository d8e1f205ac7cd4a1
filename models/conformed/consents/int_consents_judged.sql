{#- A wrong answer harms: of versions of one moment a withdrawal stands before everything, and a grant behind. -#}
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
            ties=[
                "case when is_deletion then 1 when is_granted then 2 else 0 end",
            ],
        )
    }}

select *
from stated

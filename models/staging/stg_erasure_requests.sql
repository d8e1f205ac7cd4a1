{{
    staged(
        "erasure_requests",
        refusals=[
            "case when customer_id is null and email is null then 'customer_id:missing_customer_id' end"
        ],
    )
}}

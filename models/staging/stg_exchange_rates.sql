{{
    staged(
        "exchange_rates", refusals=["case when rate <= 0 then 'rate:bad_rate' end"]
    )
}}

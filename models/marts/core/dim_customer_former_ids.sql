select
    cast(null as {{ dbt.type_string() }}) as former_customer_id,
    cast(null as {{ dbt.type_string() }}) as customer_id,
    cast(null as date) as retired_date
where false

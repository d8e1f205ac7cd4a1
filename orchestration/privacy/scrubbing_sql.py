"""The statements by which `scrubbing` finds and notes whom it erases.

`own_rows` are rows of due records and of such as hold them without an id; `sought` is
what the persons are known by. Both are temporary tables of one erasure.
"""

from orchestration.privacy.person_texts import ERASED

DUE = "intermediate.int_erasures_due"

# the landed text in a form that can be compared in SQL
DIGITS = "ltrim(regexp_replace(replace({0}, '(0)', ''), '[^0-9]', '', 'g'), '0')"
WORDS = (
    "array_to_string(list_sort(regexp_extract_all(strip_accents(lower({0})),"
    " '[\\p{{L}}\\p{{N}}]+')), ' ')"
)

OWN_ROWS = """
create or replace temp table own_rows (
    table_name varchar,
    landing_file_id varchar,
    record_number bigint,
    request_source_system varchar,
    request_id varchar,
    person_key varchar,
    searched_by varchar,
    is_holding boolean
)
"""

SOUGHT = f"""
create or replace temp table sought as
with
    own as (
        select
            own_rows.request_source_system, own_rows.request_id, own_rows.person_key,
            staged.full_name, staged.email, staged.phone
        from own_rows
        inner join staging.stg_customers as staged
            on own_rows.landing_file_id = staged.landing_file_id
            and own_rows.record_number = staged.record_number
        where own_rows.table_name = 'customers'
    ),
    keys as (
        select due.request_source_system, due.request_id, due.person_key,
            records.email_key, records.phone_key
        from {DUE} as due
        inner join intermediate.int_identity_records as records
            on due.source_system = records.source_system
            and due.source_customer_id = records.source_customer_id
    ),
    asked as (
        select mails.request_source_system as source_system, mails.request_id,
            staged.email
        from intermediate.int_erased_mails_due as mails
        inner join staging.stg_erasure_requests as staged
            using (landing_file_id, record_number)
    ),
    landed as (
        select * exclude (full_name, email, phone), 'name' as kind, full_name as landed
        from own
        union
        select * exclude (full_name, email, phone), 'mail', email from own
        union
        select * exclude (full_name, email, phone), 'phone', phone from own
        union
        select * exclude (email_key, phone_key), 'mail', email_key from keys
        union
        select * exclude (email_key, phone_key), 'phone', phone_key from keys
        union
        select source_system, request_id, null, 'mail', email from asked
    )
select
    *,
    case kind
        when 'name' then {WORDS.format("landed")}
        when 'phone' then {DIGITS.format("landed")}
        else lower(landed)
    end as value
from landed
where landed <> '{ERASED}' and landed <> 'erased' and landed not like 'keyed:%'
"""

# Rows of customers that nobody can be named by, or of records not in force: without an
# id one trait is enough; with one it must be the mail, or name and phone together.
SIGHTED_ROWS = f"""
insert into own_rows
select
    'customers', staged.landing_file_id, staged.record_number,
    sought.request_source_system, sought.request_id, sought.person_key, 'sight', true
from staging.stg_customers as staged
inner join sought
    on sought.value = case sought.kind
        when 'name' then {WORDS.format("staged.full_name")}
        when 'phone' then {DIGITS.format("staged.phone")}
        else lower(staged.email)
    end
left join intermediate.int_identity_records as records
    on staged.source_system = records.source_system
    and staged.customer_id = records.source_customer_id
left join (
    select request_source_system, request_id, max(requested_at) as requested_at
    from {DUE} group by all
) as requests
    on sought.request_source_system = requests.request_source_system
    and sought.request_id = requests.request_id
where records.record_id is null
    and coalesce(staged.created_at <= requests.requested_at, true)
    and (staged.landing_file_id, staged.record_number) not in (
        select (landing_file_id, record_number) from own_rows
        where table_name = 'customers'
    )
group by all
having staged.landing_file_id is not null and (
    max(staged.customer_id) is null
    or bool_or(sought.kind = 'mail')
    or count(distinct sought.kind) > 1
)
"""

ERASED_RECORDS = f"""
insert into raw.erased_records
select
    due.source_system, due.source_customer_id, due.person_key,
    due.request_source_system, due.request_id, due.requested_at, due.reason,
    due.birth_year, $instant
from {DUE} as due
left join raw.erased_records as known
    on due.source_system = known.source_system
    and due.source_customer_id = known.customer_id
where due.source_customer_id is not null and known.customer_id is null
qualify row_number() over (
    partition by due.source_system, due.source_customer_id
    order by due.reason, due.requested_at, due.request_source_system, due.request_id
) = 1
order by all
"""

# A record in quarantine that was seen to be the person's: known when it lands again.
SIGHTED_RECORDS = f"""
insert into raw.erased_records
select
    staged.source_system, staged.customer_id, own_rows.person_key,
    due.request_source_system, due.request_id, due.requested_at, due.reason,
    due.birth_year, $instant
from own_rows
inner join staging.stg_customers as staged
    on own_rows.landing_file_id = staged.landing_file_id
    and own_rows.record_number = staged.record_number
inner join {DUE} as due
    on own_rows.request_source_system = due.request_source_system
    and own_rows.request_id = due.request_id
    and own_rows.person_key = due.person_key
left join raw.erased_records as known
    on staged.source_system = known.source_system
    and staged.customer_id = known.customer_id
where own_rows.searched_by = 'sight'
    and staged.customer_id is not null and known.customer_id is null
qualify row_number() over (
    partition by staged.source_system, staged.customer_id
    order by
        due.reason, due.requested_at, due.request_source_system, due.request_id,
        own_rows.person_key, due.birth_year
) = 1
order by all
"""

ERASED_KEYS = """
insert into raw.erased_identity_keys
select source_system, source_customer_id, match_rule, keyed_value
from intermediate.int_erased_keys_due
except
select source_system, customer_id, match_rule, keyed_value
from raw.erased_identity_keys
order by all
"""

ERASED_ROWS = """
insert into raw.erased_rows
select distinct table_name, landing_file_id, record_number, false, true, $instant
from own_rows
order by all
"""

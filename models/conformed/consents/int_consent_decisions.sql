with
    consents as (
        select
            customer_id,
            lower(channel) as channel_word,
            lower(purpose) as purpose_word,
            recorded_at,
            recorded_on,
            recorded_date,
            is_granted

        from {{ ref("int_consents_judged") }}
        where row_state = 'accepted'
    ),

    purposes as (select * from {{ ref("consent_words") }} where word_kind = 'purpose'),

    channel_words as (
        select * from {{ ref("consent_words") }} where word_kind = 'channel'
    ),

    channels as (
        select distinct meaning as channel from channel_words where meaning <> 'all'
    ),

    understood as (
        select
            consents.*,
            coalesce(purposes.meaning, 'unknown') as purpose,
            coalesce(channel_words.meaning, 'unknown') as channel

        from consents
        left join purposes on consents.purpose_word = purposes.word
        left join channel_words on consents.channel_word = channel_words.word
    ),

    -- a yes in unknown words may mean anything, a no may mean this: all channels
    meant as (
        select
            customer_id,
            recorded_at,
            recorded_on,
            recorded_date,
            is_granted,
            case
                when purpose = 'unknown' or channel = 'unknown' then 'all' else channel
            end as channel

        from understood
        where
            purpose <> 'other'
            and not (is_granted and (purpose = 'unknown' or channel = 'unknown'))
    ),

    everywhere as (select * from meant where channel = 'all'),

    covered as (
        select customer_id, channel, recorded_at, recorded_on, recorded_date, is_granted
        from meant
        where channel <> 'all'

        union all

        select
            everywhere.customer_id,
            channels.channel,
            everywhere.recorded_at,
            everywhere.recorded_on,
            everywhere.recorded_date,
            everywhere.is_granted

        from everywhere
        cross join channels
    )

select *
from covered

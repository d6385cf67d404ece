-- What the making of a publication works with. None of this is in the published file.

-- Filled by the publisher: what one minor unit of each currency is worth, and what is published.
create table currencies (currency_code text, unit decimal(5,4));
create table publication (
    version text, published_at timestamp, day date, books_changed_at timestamp, portal_version text,
    base_decimals integer
);

create macro major(minor, unit) as
    cast(cast(minor as decimal(19,0)) * unit as decimal(23,4));

-- An amount in the business's own currency, rounded to its minor unit. round() wants a constant.
create macro base(amount, rate, decimals) as
    case
        when rate = 1 then amount
        when decimals = 2 then cast(round(amount * rate, 2) as decimal(23,4))
        when decimals = 0 then cast(round(amount * rate, 0) as decimal(23,4))
        when decimals = 3 then cast(round(amount * rate, 3) as decimal(23,4))
        else cast(round(amount * rate, 4) as decimal(23,4))
    end;

-- A stored state as people read it: on_hold is 'On hold'.
create macro label(state) as upper(state[1]) || replace(state[2:], '_', ' ');

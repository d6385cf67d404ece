-- What the making of a publication works with. None of this is in the published file.

-- Texts that many rows repeat are kept as ENUMs: they are written ten times as fast. These are known;
-- the publisher makes others of what repeated.sql finds. Views turn all of them into text again.
create type status_word as enum (
    'Draft', 'Void', 'Written off', 'Paid', 'In question', 'Overdue', 'Partially paid', 'Unpaid',
    'Received'
);
create type kind_word as enum (
    'Opening balance', 'Invoice', 'Credit note', 'Payment received', 'Tax withheld',
    'Early payment discount', 'Refund', 'Written off'
);

-- Filled by the publisher: what one minor unit of each currency is worth, and what is published.
create table currencies (currency_code text, unit decimal(5,4));
create table publication (
    version text, published_at timestamp, day date, books_changed_at timestamp, portal_version text,
    base_decimals integer
);

-- Filled by the publisher too: the lines of invoices that customers object to.
create table disputed_lines (id uuid, position integer, name text);

-- And when each dispute was opened and decided, in days of the business.
create table dispute_days (id uuid, opened_on date, decided_on date);

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

-- What is asked for: what the last import could not take over is asked of nobody.
create macro is_owed(state, balance, in_question) as
    state = 'sent' and balance > 0 and coalesce(in_question, 0) = 0;

-- The status of an invoice or a retainer on a day, as the portal shows it.
create macro payment_status(state, balance, total, in_question, due, on_day) as
    case
        when state <> 'sent' then label(state)
        when balance = 0 then 'Paid'
        when not is_owed(state, balance, in_question) then 'In question'
        when due < on_day then 'Overdue'
        when balance < total then 'Partially paid'
        else 'Unpaid'
    end;

-- Every key of a table that has customer_id contains it, and so does every reference between two of them:
-- a database that spreads such tables by customer_id can check a key only within one customer. Numbers
-- of documents and customers stay unique in the whole business; docs/scale.md says what that means.

create temporary table kept on commit drop as
select c.conrelid::regclass::text as named, c.conrelid as holder, c.confrelid as target,
    c.conname as name, pg_get_constraintdef(c.oid) as text,
    (select a.attname from pg_attribute a
        where a.attrelid = c.conrelid and a.attnum = c.conkey[1])::text as own_column
from pg_constraint c
where c.connamespace = 'core'::regnamespace and c.contype = 'f';

create temporary table tenant on commit drop as
select c.oid as relation, c.oid::regclass::text as named, c.relname::text as name
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'customer_id'
where c.relnamespace = 'core'::regnamespace and c.relkind = 'r';

do $$
declare each record;
begin
    for each in select * from kept loop
        execute format('alter table %s drop constraint %I', each.named, each.name);
    end loop;

    -- keys: what was unique in all rows is unique for one customer, and found by an index of its own
    for each in
        select t.named, t.name as tenant, c.conname as name, c.contype,
            string_agg(quote_ident(a.attname), ', ' order by k.place) as columns
        from tenant t
        join pg_constraint c on c.conrelid = t.relation and c.contype in ('p', 'u')
        cross join lateral unnest(c.conkey) with ordinality k (number, place)
        join pg_attribute a on a.attrelid = t.relation and a.attnum = k.number
        where c.conname !~ '_number_key$'
        group by t.named, t.name, c.conname, c.contype
        having not bool_or(a.attname = 'customer_id')
    loop
        execute format('alter table %s drop constraint %I', each.named, each.name);
        execute format('alter table %s add %s (customer_id, %s)', each.named,
            case each.contype when 'p' then 'primary key' else 'unique' end, each.columns);
        execute format('create index %I on %s (%s)', each.name || '_alone', each.named, each.columns);
    end loop;

    -- an index of the customer alone does what the key's own index does
    for each in
        select i.oid::regclass::text as named
        from pg_index x
        join pg_class i on i.oid = x.indexrelid
        join tenant t on t.relation = x.indrelid
        join pg_attribute a on a.attrelid = x.indrelid and a.attname = 'customer_id'
        where x.indkey::text = a.attnum::text and not x.indisunique and exists (
            select 1 from pg_index k
            where k.indrelid = x.indrelid and k.indisprimary and k.indkey[0] = a.attnum
        )
    loop
        execute format('drop index %s', each.named);
    end loop;

    -- references: within one customer, unless the row that is meant belongs to no customer
    for each in
        select k.*, t.named as target_named
        from kept k
        left join tenant t on t.relation = k.target
        where k.target <> 'core.contacts'::regclass or exists (
            select 1 from tenant h where h.relation = k.holder
        )
    loop
        if each.target_named is null then
            execute format('alter table %s add %s', each.named, each.text);
        else
            execute format(
                'alter table %s add foreign key (customer_id, %I) references %s (customer_id, id)
                    deferrable initially deferred', each.named, each.own_column, each.target_named);
        end if;
    end loop;
end $$;

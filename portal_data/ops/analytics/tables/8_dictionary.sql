-- Everything in words, as a table; what fills it comes after.

create table dictionary (
    table_name text, column_name text, position integer, kind text, type text, description text
);
comment on table dictionary is 'One row a table, view, column or macro of this file, in words.';
comment on column dictionary.table_name is 'Table or view, or name of the macro.';
comment on column dictionary.column_name is 'Column; empty in the row of the table itself.';
comment on column dictionary.position is 'Place of the column, from 1; 0 in the row of the table itself.';
comment on column dictionary.kind is 'table, view (asked like a table), column or macro (a function that returns a table).';
comment on column dictionary.type is 'Type of the column; parameters of the macro.';
comment on column dictionary.description is 'What it holds, in words.';

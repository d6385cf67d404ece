-- How much of a balance the books that an import came from call settled, though the import could not
-- take over what settled it. While it is above zero nobody is asked to pay the document.
alter table core.invoices add column in_question_minor bigint default 0;
alter table core.retainer_invoices add column in_question_minor bigint default 0;

"""The files of a Zoho backup that are imported, and how one is told from another.

A file is recognised by its header, because exports may be renamed; its name decides only when the header
cannot (an empty file, or one that lost the telling column).
"""

import re

from portal_data.zoho.columns import Module, address, named
from portal_data.zoho.tables import Table

_CUSTOMER = named(customer_id=("Customer ID", "CustomerID"), customer_name="Customer Name")
_LINE = named(
    item_name="Item Name",
    item_desc=("Item Desc", "Item Description"),
    quantity="Quantity",
    unit=("Usage unit", "Unit"),
    item_price=("Item Price", "Rate"),
    discount="Discount",
    discount_amount="Discount Amount",
    item_tax=("Item Tax", "Item Tax1", "Tax Name"),
    item_tax_percent=("Item Tax %", "Tax Percentage"),
    item_tax_amount="Item Tax Amount",
    item_tax_type="Item Tax Type",
    item_total=("Item Total", "Item Amount"),
    sku="SKU",
    product_id=("Product ID", "Item ID"),
    project_id="Project ID",
    project_name="Project Name",
)
_DOCUMENT = {
    **_CUSTOMER,
    **_LINE,
    **address("Billing"),
    **address("Shipping", "Phone Number"),
    **named(
        currency="Currency Code",
        exchange_rate="Exchange Rate",
        tax_inclusive="Is Inclusive Tax",
        subtotal=("SubTotal", "Sub Total"),
        total="Total",
        entity_discount=("Entity Discount Amount",),
        shipping_charge="Shipping Charge",
        shipping_tax="Shipping Charge Tax Amount",
        adjustment="Adjustment",
        adjustment_label="Adjustment Description",
        round_off="Round Off",
        tcs="TCS Amount",
        tds="TDS Amount",
        salesperson=("Sales person", "Salesperson"),
        notes=("Notes", "Customer Notes"),
        terms=("Terms & Conditions", "Terms and Conditions"),
        subject="Subject",
        issued_date="Issued Date",
    ),
}
GATEWAYS = {  # header of the export: our name of the provider
    "PayPal": "paypal",
    "Authorize.Net": "authorize_net",
    "Google Checkout": "google_checkout",
    "Payflow Pro": "payflow_pro",
    "Stripe": "stripe",
    "Paytm": "paytm",
    "2Checkout": "2checkout",
    "Braintree": "braintree",
    "Forte": "forte",
    "WorldPay": "worldpay",
    "Payments Pro": "paypal_payments_pro",
    "Square": "square",
    "WePay": "wepay",
    "Razorpay": "razorpay",
    "ICICI EazyPay": "icici_eazypay",
    "GoCardless": "gocardless",
    "Zoho Payments": "zoho_payments",
}

CUSTOMERS = Module(
    "customers",
    ("contacts", "customers", "contact", "customer"),
    {
        **named(
            id=("Contact ID", "Customer ID", "CustomerID"),
            name=("Display Name", "Contact Name", "Customer Name"),
            number=("Customer Number",),
            company_name="Company Name",
            contact_type="Contact Type",
            sub_type="Customer Sub Type",
            status=("Status", "Contact Status"),
            currency=("Currency Code", "Currency"),
            salutation="Salutation",
            first_name="First Name",
            last_name="Last Name",
            email=("EmailID", "Email", "Primary Contact Email", "Email ID"),
            phone="Phone",
            mobile=("MobilePhone", "Mobile Phone", "Mobile"),
            department="Department",
            designation="Designation",
            primary_id="Primary Contact ID",
            website="Website",
            notes="Notes",
            tax_id=(
                "GST Identification Number (GSTIN)",
                "Tax Registration Number",
                "VAT Registration Number",
                "SIRET",
                "Company ID",
            ),
            tax_treatment=("GST Treatment", "VAT Treatment", "Tax Treatment"),
            terms_days="Payment Terms",
            terms_label="Payment Terms Label",
            credit_limit="Credit Limit",
            opening_balance="Opening Balance",
            bank_payment="Bank Account Payment",
            portal_enabled="Portal Enabled",
            created="Created Time",
            language=("Language", "Portal Language", "Language Code"),
        ),
        **address("Billing"),
        **address("Shipping"),
    },
    (("name",),),
)
PERSONS = Module(
    "contact_persons",
    ("contact_persons", "contactpersons", "contact persons"),
    {
        **_CUSTOMER,
        **named(
            id=("Contact Person ID", "ContactPerson ID"),
            salutation="Salutation",
            first_name="First Name",
            last_name="Last Name",
            email=("EmailID", "Email", "Email ID"),
            phone="Phone",
            mobile=("MobilePhone", "Mobile Phone", "Mobile"),
            is_primary="Is Primary",
            department="Department",
            designation="Designation",
        ),
    },
    (("customer_id", "customer_name"), ("email", "first_name", "last_name")),
)
ITEMS = Module(
    "items",
    ("item", "items"),
    named(
        id=("Item ID", "Product ID"),
        name=("Item Name", "Name"),
        sku="SKU",
        description="Description",
        rate=("Rate", "Selling Price"),
        unit=("Usage unit", "Unit Name", "Unit"),
        tax_name=("Tax Name", "Intra State Tax Name"),
        tax_percent=("Tax Percentage", "Intra State Tax Rate"),
        tax_type=("Tax Type", "Intra State Tax Type"),
        product_type="Product Type",
        status="Status",
    ),
    (("name",),),
)
RATES = Module(
    "exchange_rates",
    ("exchange_rate", "exchange_rates"),
    named(currency="Currency Code", date="Date", rate="Exchange Rate"),
    (("currency",), ("date",), ("rate",)),
)
PROJECTS = Module(
    "projects",
    ("projects", "project"),
    {
        **_CUSTOMER,
        **named(
            id="Project ID",
            name="Project Name",
            code="Project Code",
            description="Description",
            billing=("Billing Type", "Billing Method"),
            cost="Project Cost",
            currency="Currency Code",
            budget_type="Budget Type",
            budget_amount="Budget Amount",
            cost_budget="Cost Budget",
            budget_hours="Project Budget Hours",
            status=("Project Status", "Status"),
        ),
    },
    (("name",), ("customer_id", "customer_name")),
)
TASKS = Module(
    "tasks",
    ("tasks", "project_task", "project_tasks"),
    named(
        id="Task ID",
        name="Task Name",
        description="Description",
        project_id="Project ID",
        project_name="Project Name",
        rate=("Task Rate Per Hour", "Rate Per Hour"),
        budget=("Task Budget Hours", "Budget Hours"),
        billable="Is Billable",
        status=("Task Status", "Status"),
    ),
    (("name",), ("project_name", "project_id")),
)
TIME = Module(
    "time_entries",
    ("timesheet", "timesheets", "time_entry", "time_entries"),
    named(
        id=("Timesheet ID", "Time Entry ID"),
        project_id="Project ID",
        project_name="Project Name",
        task_name="Task Name",
        staff_name=("Staff Name", "User Name"),
        email="Email",
        rate="Staff Rate",
        notes="Notes",
        spent=("Time Spent", "Log Time"),
        begins=("Begin time", "Start Time"),
        ends="End time",
        date="Date",
        billable="Billable Status",
        billed="Billed Status",
    ),
    (("project_name", "project_id"), ("spent",), ("date",)),
)
ESTIMATES = Module(
    "estimates",
    ("estimate", "estimates", "quote", "quotes"),
    {
        **_DOCUMENT,
        **named(
            id=("Quote ID", "Estimate ID"),
            number=("Quote Number", "Estimate Number"),
            date=("Quote Date", "Estimate Date"),
            status=("Quote Status", "Estimate Status", "Status"),
            expiry_date=("Expiry Date", "Valid Until"),
            reference=("PurchaseOrder", "Purchase Order", "Reference#", "Reference Number"),
        ),
    },
    (("number",), ("date",), ("status",), ("total",), ("customer_id", "customer_name")),
)
INVOICES = Module(
    "invoices",
    ("invoice", "invoices"),
    {
        **_DOCUMENT,
        **named(
            id="Invoice ID",
            number="Invoice Number",
            date="Invoice Date",
            status=("Invoice Status", "Status"),
            due_date="Due Date",
            reference=("PurchaseOrder", "Purchase Order", "Reference#", "Reference Number"),
            balance="Balance",
            estimate_number=("Estimate Number", "Quote Number"),
            terms_days="Payment Terms",
            terms_label="Payment Terms Label",
            expected_date="Expected Payment Date",
            last_payment_date="Last Payment Date",
            write_off="WriteOff Amount",
            write_off_date="WriteOff Date",
            partial_payments="Partial Payments",
        ),
        **{f"gateway {header}": (header,) for header in GATEWAYS},
    },
    (("number",), ("date",), ("status",), ("total",), ("customer_id", "customer_name")),
)
_RETAINER = ("Retainer Invoice", "RetainerInvoice", "Retainer")
RETAINERS = Module(
    "retainer_invoices",
    ("retainer_invoice", "retainer_invoices", "retainerinvoice", "retainerinvoices"),
    {
        **_DOCUMENT,
        "id": tuple(f"{word} ID" for word in _RETAINER),
        "number": tuple(f"{word} Number" for word in _RETAINER),
        "date": (*(f"{word} Date" for word in _RETAINER), "Date"),
        "status": (*(f"{word} Status" for word in _RETAINER), "Status"),
        "due_date": ("Due Date",),
        "reference": ("Reference#", "Reference Number", "Reference", "PurchaseOrder"),
        "estimate_number": ("Estimate Number", "Quote Number"),
        "item_desc": ("Item Desc", "Description", "Item Description"),
        "balance": ("Balance",),
        "unused": ("Unused Amount", "Unused Retainer Amount", "Balance Unused"),
        **{f"gateway {header}": (header,) for header in GATEWAYS},
    },
    (("number",), ("date",), ("status",), ("total",), ("customer_id", "customer_name")),
)
CREDIT_NOTES = Module(
    "credit_notes",
    ("credit_note", "credit_notes", "creditnote", "creditnotes"),
    {
        **_DOCUMENT,
        **named(
            id=("CreditNotes ID", "CreditNote ID", "Credit Note ID"),
            number=("Credit Note Number", "CreditNote Number"),
            date=("Credit Note Date", "CreditNote Date"),
            status=("Credit Note Status", "CreditNote Status", "Status"),
            reference=("Reference#", "Reference Number"),
            balance="Balance",
            applied_to=("Applied Invoice Number", "Associated Invoice Number"),
        ),
    },
    (("number",), ("date",), ("status",), ("total",), ("customer_id", "customer_name")),
)
PAYMENTS = Module(
    "payments",
    ("customer_payment", "customer_payments", "payments", "payment"),
    {
        **_CUSTOMER,
        **named(
            id=("CustomerPayment ID", "Payment ID"),
            number="Payment Number",
            mode=("Mode", "Payment Mode"),
            description="Description",
            exchange_rate="Exchange Rate",
            amount="Amount",
            unused="Unused Amount",
            bank_charges="Bank Charges",
            reference=("Reference Number", "Reference#"),
            currency="Currency Code",
            kind="Payment Type",
            date=("Date", "Payment Date"),
            created="Created Time",
            deposited_to="Deposit To",
            status=("Payment Status", "Status"),
            application_id=("InvoicePayment ID", "Invoice Payment ID"),
            applied=("Amount Applied to Invoice", "Invoice Amount"),
            applied_date="Invoice Payment Applied Date",
            early_discount="Early Payment Discount",
            withheld="Withholding Tax Amount",
            invoice_number="Invoice Number",
        ),
    },
    (("number", "id"), ("date",), ("amount",), ("customer_id", "customer_name")),
    loose=frozenset({"kind"}),  # the Indian edition has it twice, once for a tax
)
APPLICATIONS = Module(
    "credit_applications",
    ("creditnotes_invoice", "creditnotes_invoices", "credit_note_invoice"),
    named(
        date="Date",
        credit_number="Credit Note Number",
        invoice_number="Invoice Number",
        amount="Amount",
    ),
    (("date",), ("credit_number",), ("invoice_number",), ("amount",)),
)
REFUNDS = Module(
    "refunds",
    ("refund", "refunds", "credit_note_refund", "credit_note_refunds"),
    named(
        date="Date",
        credit_number="Credit Note Number",
        mode=("Mode of Refund", "Refund Mode"),
        amount="Amount",
        description="Description",
        reference=("Reference Number", "Reference#"),
    ),
    (("date",), ("credit_number",), ("amount",)),
)

MODULES = (
    RATES,
    CUSTOMERS,
    PERSONS,
    ITEMS,
    PROJECTS,
    TASKS,
    ESTIMATES,
    INVOICES,
    RETAINERS,
    CREDIT_NOTES,
    PAYMENTS,
    APPLICATIONS,
    REFUNDS,
    TIME,
)
_BY_FILE = {file: module for module in MODULES for file in module.files}
_NOT_OURS = re.compile(
    r"vendor|purchase|expense|sales_?order|recurring|journal|budget|deposit|price_?list|asset"
    r"|inventory|chart_of|transfer|activity|replenish|(^|_)bills?($|_)|^task$|^fz_"
)
_SIGNS: tuple[tuple[frozenset[str], Module], ...] = tuple(
    (frozenset(signs), module)
    for module, *alternatives in (
        (PERSONS, {"contact person id"}, {"is primary", "emailid"}),
        (TIME, {"timesheet id"}, {"time spent", "staff name"}),
        (TASKS, {"task rate per hour"}, {"task name", "is billable"}),
        (PROJECTS, {"project budget hours"}, {"project id", "billing type"}),
        (PAYMENTS, {"customerpayment id"}, {"payment number", "mode"}, {"payment id", "mode"}),
        (CREDIT_NOTES, {"creditnotes id"}, {"credit note number", "credit note date"}),
        (REFUNDS, {"credit note number", "mode of refund"}),
        (APPLICATIONS, {"credit note number", "invoice number", "amount"}),
        (
            RETAINERS,
            {"retainer invoice number"},
            {"retainerinvoice number"},
            {"retainer number"},
        ),
        (INVOICES, {"invoice id", "invoice number"}, {"invoice number", "invoice status"}),
        (INVOICES, {"invoice number", "item name"}, {"invoice number", "due date"}),
        (ESTIMATES, {"quote id"}, {"quote number", "quote date"}, {"quote number", "item name"}),
        (ESTIMATES, {"estimate id"}, {"estimate number", "estimate date"}),
        (ESTIMATES, {"estimate number", "expiry date"}, {"quote number", "expiry date"}),
        (ITEMS, {"item id", "product type"}, {"item id", "rate"}, {"item name", "product type"}),
        (RATES, {"currency code", "exchange rate", "date"}),
        (CUSTOMERS, {"contact id", "display name"}, {"customer id", "display name"}),
        (CUSTOMERS, {"display name", "payment terms label"}, {"contact id", "contact name"}),
        (CUSTOMERS, {"customer id", "portal enabled"}, {"display name", "emailid"}),
    )
    for signs in alternatives
)


def recognise(table: Table) -> Module | None:
    """Return which of our modules a table is, or None for a file that is not imported."""
    stem = _stem(table.name)
    if _NOT_OURS.search(stem):
        return None
    columns = table.positions.keys()
    for signs, module in _SIGNS:
        if signs <= columns:
            return module
    return _BY_FILE.get(stem)


def expected(file: str) -> Module | None:
    """Return the module a file's name promises, or None."""
    return _BY_FILE.get(_stem(file))


def _stem(file: str) -> str:
    """Invoice.csv, Invoice00.csv and invoice (1).csv are all `invoice`."""
    stem = file.lower().removesuffix(".csv")
    return re.sub(r"[ _-]*(\(\d+\)|\d+)$", "", stem).strip().replace(" ", "_").replace("-", "_")

"""The columns of estimates, invoices, retainers and credit notes, in all their spellings."""

from portal_data.zoho.columns import Module, named, postal_address

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
    item_total=("Item Total", "Item Amount"),
    sku="SKU",
    product_id=("Product ID", "Item ID"),
    project_id="Project ID",
    project_name="Project Name",
)
_DOCUMENT = {
    **_CUSTOMER,
    **_LINE,
    **postal_address("Billing"),
    **postal_address("Shipping"),
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
        notes=("Notes", "Customer Notes"),
        terms=("Terms & Conditions", "Terms and Conditions"),
        subject="Subject",
    ),
}
_SALESPERSON = named(salesperson=("Sales person", "Salesperson"))
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

ESTIMATES = Module(
    "estimates",
    ("estimate", "estimates", "quote", "quotes"),
    {
        **_DOCUMENT,
        **_SALESPERSON,
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
    names={"id": ("number",)},
)
INVOICES = Module(
    "invoices",
    ("invoice", "invoices"),
    {
        **_DOCUMENT,
        **_SALESPERSON,
        **named(
            id="Invoice ID",
            number="Invoice Number",
            date="Invoice Date",
            status=("Invoice Status", "Status"),
            due_date="Due Date",
            reference=("PurchaseOrder", "Purchase Order", "Reference#", "Reference Number"),
            balance="Balance",
            estimate_number=("Estimate Number", "Quote Number"),
            terms_label="Payment Terms Label",
            issued_date="Issued Date",
            expected_date="Expected Payment Date",
            last_payment_date="Last Payment Date",
            write_off="WriteOff Amount",
            write_off_date="WriteOff Date",
            partial_payments="Partial Payments",
            recurrence="Recurrence Name",
        ),
        **{f"gateway {header}": (header,) for header in GATEWAYS},
    },
    (("number",), ("date",), ("status",), ("total",), ("customer_id", "customer_name")),
    names={"id": ("number",)},
    also_kept=frozenset({"recurrence"}),  # kept where no profile of that name is known
)
_RETAINER = ("Retainer Invoice", "RetainerInvoice", "Retainer")
_NO_ROOM_IN_RETAINERS = frozenset(  # their lines are a text and an amount
    (
        *(name for name in _LINE if name not in ("item_name", "item_desc", "item_total")),
        *postal_address("Shipping"),
        *("tax_inclusive", "subtotal", "entity_discount", "shipping_charge", "shipping_tax"),
        *("adjustment", "adjustment_label", "round_off", "tcs", "tds", "subject"),
    )
)
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
    names={"id": ("number",)},
    # lines of a retainer are a text and an amount
    also_kept=_NO_ROOM_IN_RETAINERS,
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
    names={"id": ("number",)},
)
RECURRING = Module(
    "recurring_invoices",
    ("recurring_invoice", "recurring_invoices"),
    {
        **_DOCUMENT,
        **named(
            id="Recurring Invoice ID",
            number=("Recurring Invoice Name", "Recurrence Name", "Profile Name"),
            date="Start Date",
            status=("Recurrence Profile Status", "Status"),
            ends="End Date",
            next="Next Invoice Date",
            frequency="Recurrence Frequency",
            every="Repeat Every",
            terms_days=("Payments Due", "Payment Terms"),
            terms_label="Payment Terms Label",
        ),
    },
    (("number",), ("date",), ("status",), ("frequency",), ("customer_id", "customer_name")),
    names={"id": ("number",)},
    also_kept=frozenset(  # a profile has a total, and lines without discounts
        (
            *(*postal_address("Billing"), *postal_address("Shipping"), "terms_label", "subject"),
            *("exchange_rate", "tax_inclusive", "subtotal", "entity_discount", "shipping_charge"),
            *("shipping_tax", "adjustment", "adjustment_label", "round_off", "tcs", "tds"),
            *("discount", "discount_amount", "item_tax_amount", "sku"),
        )
    ),
)

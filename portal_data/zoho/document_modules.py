"""The columns of estimates, invoices, retainers and credit notes, in all their spellings."""

from portal_data.zoho.columns import Module, address, named

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

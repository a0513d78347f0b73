"""Know More of PUC pick-up codes: what to ask the cabinet's vendor for, our format, the odds of equal codes, and the terms."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

For every online order that a customer collects, a **pick-up code** is made: a number to type and a QR code to scan. The code
goes to the service that runs your pick-up cabinet, which opens the compartment for it, and, if you wish, to the customer by
email.

Orders for delivery, for the table and from other channels get no code.

## Before you begin: who understands the calls

The makers of pick-up cabinets (PUC) do not publish their interface. What we send is therefore **our own format**, described
below. It works with a cabinet service, or a small adapter in front of it, that was written for this format. Ask your vendor before
you add this integration; without somebody who answers at the **Service address**, no compartment will open.

## What we could not try

No cabinet, and no vendor's service: there is nothing public to build against. We tried the format with a server of our own that checks the key and the
signature of each call. Before you open, place an order and collect it at your cabinet.

## What you need from your vendor

| Ask for | Looks like |
|---|---|
| Service address | `https://cabinets.vendor.example/v1` |
| API key | a long key or token |
| API key header | the header in which the service expects it, mostly `X-API-Key` |
| Site code | the vendor's name for your store, such as `NYC-01` |
| Cabinets | for each: its cabinet ID, reference, display name, queue hold minutes, estimated size and environment |

An order may wait in the queue for a free compartment for as long as **Queue hold minutes** say. The **environment** is
ambient, heated or cold. List at least one cabinet.

## Set it up

1. Fill in the fields above.
2. Choose the **Digits of the code**. Six suit most stores; see the odds below.
3. Leave **Code secret** empty, or enter 20 or more random characters. Codes are computed from it, so they cannot be guessed
   from order numbers. If it is empty, the API key serves instead. Changing it changes the codes of orders that are open.
4. Decide on **Email the code to the customer**. The email is about this one order, says why it came, and carries no
   advertising and no tracking. Turn it on only if your customers expect mail about their order, and your privacy notice says so.
5. Press **Save**.
6. Emails leave when you run **Email new codes** on the tab **Action**: it mails every new order since its last run.

The email has the number to type and the QR code to scan, which is drawn without a picture, since email programs block those. **Resend a code** mails one
order's code again.

## Can two orders have the same code?

Yes, rarely. A code is computed from the order alone, so that each part of the system, now and after a restart, comes to
the same one; it is not drawn from a list. This is how likely it is that among all orders open at once any two share a code:

| Open orders | 4 digits | 6 digits | 8 digits |
|---|---|---|---|
| 10 | 0.45 % | 0.0045 % | 0.000045 % |
| 50 | 12 % | 0.12 % | 0.0012 % |
| 200 | 86 % | 2.0 % | 0.020 % |

So every call carries the **order number** beside the code, the email tells it, and the QR code contains the order's id: scanning is
never ambiguous. A cabinet that finds two orders with the code typed must ask for the order number.

## For the developer at the cabinet

Each event is a `POST` to `<Service address>/pickup-orders` with JSON, the API key in its header, an `idempotency-key`, and the three
headers of the open Standard Webhooks specification (`webhook-id`, `webhook-timestamp`, `webhook-signature`).

| Field | Meaning |
|---|---|
| `format` | `pickup-order/1` |
| `event`, `event_id` | what happened, and the id by which to know a repeated call |
| `site` | the site code |
| `code`, `qr` | the number, and the text of the QR code: `PUC1:site:order id:code` |
| `state` | `expected`, `ready`, `collected` or `cancelled` |
| `order.id`, `order.number`, `order.version` | `version` rises with each change: ignore a lower one than you have |
| `order.promised_at` | when the customer expects it, UTC, or null |
| `order.customer` | first name and the first letter of the last name, nothing else |
| `order.items` | name and quantity of each line that was not voided |
| `cabinets` | the rows of your settings |

Answer any `2xx`. To a question for your cabinets answer `GET <Service address>/cabinets` with `{"cabinets": [{"cabinet_id": "..."}]}`. A test event
has `"event": "webhook.test"` and no order.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| The service refuses the key | Wrong key or header | Replace the API key, check API key header |
| No cabinet service at this address | The path is wrong, or nobody speaks our format there | Ask your vendor |
| Does not know these cabinets | A cabinet ID is mistyped | Correct it |
| No email address | The order came without one | Show the customer the code |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, the number, items, promised time and state of each online order to be collected, and the customer's first name and "
        "the first letter of the last name, are sent to the service whose address you enter. If you turn on email, the customer's email "
        "address is used once for each order to send its code. You confirm that you may do so. Pick-up codes open compartments: "
        "keep your own way to check who collects what is valuable. You can stop at any time by deactivating the integration."
    ),
)

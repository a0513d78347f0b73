"""Know More of QuickBooks Online: how to connect a company, what a day's journal entry holds, and the terms."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Once a day, the sales of the store become one **journal entry** in QuickBooks Online: sales, discounts, service charges, taxes, tips,
refunds and each kind of payment, on the accounts that you choose. Debits equal credits to the last cent. Sending a day again
corrects the entry that is there; it never makes a second one.

## What you need

| Ask for | Where it comes from |
|---|---|
| Client ID and Client secret | Your app at `developer.intuit.com`: **Dashboard > your app > Keys & credentials** |
| QuickBooks company | You connect it here with a button, as a user of QuickBooks with the role of administrator |
| Environment | **Production** for your real books; **Sandbox** for a test company of the developer's account |

Development keys work with sandbox companies only, production keys with real ones only.

## Connect

1. At `developer.intuit.com` sign in, create an app with the scope **Accounting**, and copy its **Client ID** and **Client secret** for
   the environment you use.
2. Under **Redirect URIs** of the app, add the address that the Configure page shows beside **QuickBooks company**.
3. Here, choose the **Environment**, enter both keys and press **Save and connect** under QuickBooks company. Intuit asks which
   company; choose and confirm. The environment and the keys are the same for all your stores; the company is each store's own.
4. Press **Test connection**. It answers with the name of the company.
5. Under **Accounts**, press **Load choices**, which fetches your chart of accounts, and choose an account for each line. Ask your
   accountant if in doubt:

| Line | Usually an account of type |
|---|---|
| Sales, Service charges | Income |
| Discounts, Refunds | Income (contra), or Expense |
| Tips payable, Taxes payable | Other current liability |
| Cash, Card, Gift card, House account, External, Other | Undeposited funds, Bank, Other current asset or liability |

6. Press **Save**, and on the tab **Action** set the time at which **Export a day** runs.

## What stands in the entry

- Orders with the business date of that day that were **closed or refunded**. Voided, open and test orders are left out.
- **Sales** are without tax, whether your prices contain it or not, and before discounts.
- **Taxes payable** are all taxes of the orders; sales tax itself is not filed by this entry.
- Each kind of payment with its tips, less what was refunded to it. A refund stands under **Refunds** with the tax in it.
- **Other** also takes what was not paid, or paid too much, so that nothing is lost between the orders and the books.
- The number is the store's code and the date, such as `NYC-01-20260304`. The private note names the store; do not change it, since we
  recognise our entry by it.

The daily run exports yesterday, catches up on days that were missed, and looks again at as many days before as
**Days to look back** says, because refunds and corrections arrive late. An entry that is right is left alone. A dry run says what would
be done and sends nothing.

Intuit ends a connection that was not used for 100 days, and each one after five years at the latest: then connect the company again.
Whoever connects another company chooses its accounts anew.

**Delete** keeps the connection, so that **Activate** goes on at once. To end it, press **Disconnect** under **QuickBooks company**, or beside
the integration under **Deactivated Integrations**: what we hold is deleted and Intuit is asked to end our access, unless another of your
stores posts to the same company. The store's history says whether Intuit has done so; in QuickBooks it is **Apps**, then **Disconnect**.

## What we could not try

We built this from Intuit's public documentation and tried it against a server of our own that behaves as documented, from connecting, renewing
and disconnecting to entries, limits and each documented error. It was not tried with a company at Intuit: post one day to a **Sandbox** company first and
look at the entry. QuickBooks writes amounts with two decimals; of currencies with three, such as KWD, we do not know whether it takes the third.

## When something is wrong

| You see | It means | Do this |
|---|---|---|
| Connect the company again | The connection has expired or was revoked | Press Save and reconnect under QuickBooks company |
| Whoever connected may not use the books | That person is no longer an administrator of the company | Have one connect it again |
| Not allowed for this company | Keys and environment do not belong together | Check Environment, then connect again |
| An account cannot be used | It was made inactive or deleted in QuickBooks after you chose it | Choose another under Accounts |
| Another currency than the store | Orders of the day are in a second currency | Enter that day by hand |
| The books are closed | The date lies before the closing date | Move the closing date, or enter the day by hand |
| Another entry has this number | Somebody made an entry with our number | Change its number in QuickBooks |
| The subscription has ended | QuickBooks takes no entries | Renew it there, then retry the day |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm and connect your company, the sums of each day's sales, taxes, tips, discounts, refunds and payments are sent to "
        "QuickBooks Online of Intuit and posted as journal entries in your name; no customer, item or card is named. We read your chart of "
        "accounts and the company's name. You remain responsible for your books: have the account mapping checked by your accountant. "
        "You can stop at any time by deactivating the integration; entries that were posted stay."
    ),
)

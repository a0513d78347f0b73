"""What a store owner reads about Restaurant365: how to obtain each credential, what to expect, and the terms."""

from django.utils.translation import gettext_lazy as _

from integrations.contract import Terms

GUIDE = _("""
## What it does

Once a day, two files with the sales of the day before are put into a folder on an SFTP server from which Restaurant365
imports them: one line for each closed check in **Sales**, one for each payment and each discount in **SalesPayments**.
Restaurant365 maps them to the accounts of your ledger.

## What you need

Open a ticket with your Restaurant365 representative and ask for a POS integration by file. You agree on where the
files are kept: on a server of Restaurant365, or on one of your own that Restaurant365 reads.

| Ask for | Goes into | Looks like |
|---|---|---|
| The server's name | **Host** | `sftp.example.com` |
| The port | **Port** | `22` |
| The user name | **Username** | `store-nyc-01` |
| The password | **Password** | a long text |
| The server's public key | **Host key** | `ssh-ed25519 AAAAC3NzaC1lZDI1…` |
| The folder for the files | **Folder** | `/inbound` |
| The id of the location | **Location ID** | `1042` |
| The kind of file | **File format** | CSV or TXT |

The server must speak SFTP, which runs over SSH. Plain FTP sends passwords in the open and is not offered.

## How to obtain the host key

The host key proves that we talk to the right server before the password is sent. Whoever runs the server reads it out.
With a computer that has SSH, anyone can print it with `ssh-keyscan -p 22 sftp.example.com`; compare the result with
what the server's owner tells you, then paste one line of it. If the server gets a new key, the export stops and says
so, until you replace the key here.

## Set it up

1. Fill in the fields and press **Save**.
2. Open the **Action** tab and try **Export a day** with the box for a dry run: it counts the lines and sends nothing.
3. After you close, run **Export a day** for the day. If the server refuses us, the run says why.
4. Tell your Restaurant365 representative that the first files are there.

## What is in the files

The names are `Sales_1042_03042026.csv` and `SalesPayments_1042_03042026.csv`: location, then month, day and year of the
business date. Dates are in the store's own time. Checks that are open or voided are left out, and so are test orders.

| Sales | Comes from |
|---|---|
| Receipt Number | The number of the order |
| Date | When the check was closed |
| Service Type | Dine In, Take Out, Delivery and so on |
| Revenue Center | The revenue center of the order |
| Server | The employee's id |
| Tax Amount, Tip Amount | The totals of the check |
| Number of Guests | The guest count, 1 where none was entered |

| SalesPayments | Comes from |
|---|---|
| Receipt Number | The number of the order |
| Date | When the check was paid |
| Payment Type | The tender, such as Cash or Visa, or the name of the discount |
| Amount | The amount without the tip |

Amounts are in the store's currency, which the files do not name. A day with a check in another currency is not sent: the run lists its
files as failed and goes on with the other days.

## When a day was missed, or has to be sent again

Days on which the server could not be reached are sent with the next run that reaches it, up to 31 of them.

Run **Export a day** with a date to send one again. The files of that day are replaced in one step, so an import never meets half a file.
If Restaurant365 has imported the day already, ask there how to import it again.

## What we could not try

We built this from Restaurant365's *POS Data Export – File Guide* and tried it with a real SFTP server of our own. Whether your Restaurant365
imports the files was not tried by us: look at the first day together with your representative. The refund of a check is a line with a
negative amount and the payment type **Refund**, which the guide does not mention; ask for it to be mapped.

## When something is wrong

| You see | Do this |
|---|---|
| The user name or the password was refused | Ask for a new password and replace it |
| The server showed another host key | Ask the server's owner whether the key was changed; replace it only then |
| The server has no folder of this name | Correct Folder; it starts with `/` |
| The account may not write in the folder | Ask the server's owner for permission to write |
| No connection | Check Host and Port, and whether the server lets us in |
| Orders are in another currency than the store | Enter that day by hand |
""")

TERMS = Terms(
    version="2026-11-01",
    text=_(
        "When you confirm, the sales and payments of this store are written once a day to the server that you enter, from which "
        "Restaurant365 reads them. Restaurant365 processes them under your own contract with it and is not a subcontractor of ours. "
        "You can stop at any time by deactivating the integration; files that were written stay on the server."
    ),
)

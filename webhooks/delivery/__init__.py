"""The delivery engine, from the stored event to the written result.

One delivery's way, file by file: `webhooks.ingest` stores it with its event, `webhooks.lanes` marks its endpoint's lane as due and
`webhooks.wake` sends for a drain. `webhooks.drain` turns an `engine`, which leases the lane (`claim`), asks whether it may be called at all
(`triage`), reads what is due (`fetch`), makes a signed request of it (`prepare`, `build`, `signing`) and hands that to
`backoffice.outbound.multiplexed`. The answer is judged (`outcome`, `backoff`), the lane's health follows from it (`lane`, `breaker`), and many
results are written back together (`writer`, `record`). `webhooks.sweeper` finds whatever was missed on the way.
"""

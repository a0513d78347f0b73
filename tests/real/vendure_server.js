// A Vendure shop on SQLite in memory, kept in a file: started by tests/real/vendure.py, which gives port, folder and password.
"use strict";

const path = require("node:path");
const { bootstrap, dummyPaymentHandler, DefaultLogger, LogLevel } = require("@vendure/core");

const { VENDURE_PORT, VENDURE_PASSWORD, VENDURE_FOLDER } = process.env;

bootstrap({
  apiOptions: {
    port: Number(VENDURE_PORT),
    hostname: "127.0.0.1",
    adminApiPath: "admin-api",
    shopApiPath: "shop-api",
    cors: false,
  },
  authOptions: {
    tokenMethod: ["bearer", "api-key"],
    superadminCredentials: { identifier: "superadmin", password: VENDURE_PASSWORD },
  },
  dbConnectionOptions: {
    type: "sqljs",
    synchronize: true,
    autoSave: true,
    location: path.join(VENDURE_FOLDER, "shop.sqlite"),
    logging: false,
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  plugins: [],
}).catch((error) => {
  console.error(error);
  process.exit(1);
});

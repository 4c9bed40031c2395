// A pool of nodemailer sending one ready-made message again and again: node nodemailer.mjs PORT NUMBER CONNECTIONS FILE
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [port, number, connections, file] = process.argv.slice(2);
const { createTransport } = createRequire(process.env.NODE_MODULES_FROM + "/")("nodemailer");
const raw = readFileSync(file);
const pool = createTransport({
  host: "127.0.0.1", port: Number(port), pool: true, secure: false, ignoreTLS: true,
  maxConnections: Number(connections), maxMessages: Infinity,
});
const envelope = { from: "news@example.org", to: "reader@example.org" };
const began = performance.now();
const before = process.cpuUsage();
await Promise.all(Array.from({ length: Number(number) }, () => pool.sendMail({ envelope, raw })));
const used = process.cpuUsage(before);
console.log(JSON.stringify({
  seconds: (performance.now() - began) / 1000,
  processor_s: (used.user + used.system) / 1e6,
  peak_mb: process.resourceUsage().maxRSS / 1024,
  sent: Number(number),
}));
pool.close();

// Parses an AsyncAPI document with the reference parser and prints what it makes of it, as JSON.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
console.log(
  JSON.stringify({
    version: document?.version(),
    channels: document?.channels().all().map((channel) => channel.address()),
    diagnostics: diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path, message })),
  }),
);

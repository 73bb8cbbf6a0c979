// Validates resources (a JSON list on standard input) of KEDA and the Prometheus operator; prints what is wrong.
//
// Twice: by their JSON schemas for types and required fields, and by their TypeScript types for fields that do not
// exist, which the schemas let pass.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import ts from "typescript";
import * as keda from "@kubernetes-models/keda/keda.sh/v1alpha1";
import * as monitoring from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

const groups = {
  "keda.sh/v1alpha1": { models: keda, module: "@kubernetes-models/keda/keda.sh/v1alpha1" },
  "monitoring.coreos.com/v1": {
    models: monitoring,
    module: "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1",
  },
};

const read = new Map(); // the library's declarations are many, and the same for each resource

function unknownFields(resource, module) {
  const name = join(dirname(fileURLToPath(import.meta.url)), "resource.ts");
  const { kind } = resource;
  const text = `import type { I${kind} } from "${module}";\nexport const it: I${kind} = ${JSON.stringify(resource)};\n`;
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === name || fileExists.call(host, path);
  host.getSourceFile = (path, ...rest) => {
    if (path === name) return ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
    if (!read.has(path)) read.set(path, getSourceFile.call(host, path, ...rest));
    return read.get(path);
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map((found) => ts.flattenDiagnosticMessageText(found.messageText, " "));
}

const mistakes = [];
for (const resource of JSON.parse(readFileSync(0, "utf8"))) {
  const name = `${resource.kind} ${resource.metadata?.name}`;
  const group = groups[resource.apiVersion];
  const Model = group?.models[resource.kind];
  if (Model === undefined) {
    mistakes.push(`${name}: ${resource.apiVersion} is not known`);
    continue;
  }
  try {
    new Model(resource).validate();
  } catch (error) {
    mistakes.push(`${name}: ${error.message}`);
  }
  mistakes.push(...unknownFields(resource, group.module).map((found) => `${name}: ${found}`));
}
console.log(JSON.stringify(mistakes));

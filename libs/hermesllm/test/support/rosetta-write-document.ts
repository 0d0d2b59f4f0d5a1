import { writeFileSync } from 'node:fs';
import { caseNames, documentPath, readCase } from './rosetta-case.ts';
import { translationDocument } from './rosetta-document.ts';

// `npm run docs:translation -w @plano/hermesllm`

writeFileSync(documentPath, translationDocument(caseNames().map(readCase)));

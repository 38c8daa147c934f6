export { codeOfIndustry, industryOfCode } from './code.ts';
export { IndustryDocument, type Pattern } from './document.ts';
export { findIndustry, industriesInForce, type Industry } from './in-force.ts';
export { approveIndustry, type IndustryVersion, proposeIndustry } from './versions.ts';
export { lookAgain } from './second-look/second-look.ts';
export { type IndustryLine, industryLines } from './settlement-lines.ts';

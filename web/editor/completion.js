// Complete prefixes, classes, properties, tokens, variables and keywords of a query.

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED GRAPH OPTIONAL UNION MINUS FILTER EXISTS " +
  "NOT BIND VALUES ORDER BY ASC DESC LIMIT OFFSET GROUP HAVING COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT AS IN " +
  "PREFIX BASE STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE COALESCE IF REGEX REPLACE CONTAINS STRSTARTS " +
  "STRENDS STRBEFORE STRAFTER CONCAT SUBSTR STRLEN UCASE LCASE ENCODE_FOR_URI ABS ROUND CEIL FLOOR YEAR MONTH DAY " +
  "isIRI isBLANK isLITERAL sameTerm"
).split(" ");

const WORD = /[?$\w:.-][\w:./%-]*$/u;
const UNFINISHED = /["#][^"\n]*$|<[^>\s]*$/u;

export function completeFrom(address) {
  let options;
  const load = async () => {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return described(await answer.json());
  };
  return async (context) => {
    const word = context.matchBefore(WORD);
    if (!word && !context.explicit) return null;
    const line = context.state.doc.lineAt(context.pos);
    if (UNFINISHED.test(line.text.slice(0, (word ? word.from : context.pos) - line.from))) return null;
    const from = word ? word.from : context.pos;
    if (word && /^[?$]/.test(word.text)) return { from, options: variables(context), validFor: /^[?$]\w*$/ };
    options ??= load().catch(() => {
      options = undefined; // ask again next time
      return [];
    });
    return { from, options: [...(await options), ...KEYWORDS.map(keyword)], validFor: /^[\w:./%-]*$/ };
  };
}

// A term is found by its name and by its label, so both stand in what is searched.
function described({ prefixes, terms }) {
  return [
    ...terms.map(({ name, label, definition, kind }) => ({
      label: label ? `${name} ${label}` : name,
      displayLabel: name,
      apply: name,
      detail: label,
      info: definition || undefined,
      section: undefined,
      type: kind,
      boost: kind === "class" || kind === "property" ? 1 : 0,
    })),
    ...Object.entries(prefixes).map(([prefix, iri]) => ({
      label: `${prefix}: prefix`,
      displayLabel: `PREFIX ${prefix}:`,
      apply: `PREFIX ${prefix}: <${iri}>`,
      detail: iri,
      type: "prefix",
      boost: -10,
    })),
  ];
}

function keyword(word) {
  return { label: word, type: "keyword", boost: -1 };
}

function variables(context) {
  const text = context.state.doc.toString();
  const own = context.matchBefore(WORD)?.text;
  const names = new Set(text.match(/[?$]\w+/g) ?? []);
  return [...names].filter((name) => name !== own).map((label) => ({ label, type: "variable" }));
}

/** The matters that business texts speak of: the words that give them away, and the names that people give them. */
interface Topic {
  label: string;
  /** How a category of this topic may be called. */
  called: RegExp;
  spoken: RegExp;
}

const topics: Topic[] = [
  {
    label: "Security",
    called: /secur|privacy/i,
    spoken:
      /\b(secur|privacy|encrypt|password|authenticat|access control|breach|vulnerab|confidential|PII\b|clearance)/i,
  },
  {
    label: "Pricing",
    called: /pric|cost|financ|commercial|budget|account/i,
    spoken: /[$€£]|\b(price|pricing|cost|fee|invoice|payment|budget|funds?|rates?|discount|labor hours)\b/i,
  },
  {
    label: "Legal",
    called: /legal|contract|complian|regulat|terms/i,
    spoken:
      /\b(contract terms|clauses?|liab|warrant|indemn|terminat|licen[sc]e|legal|law|complian|FAR\b|intellectual|agreement|terms and conditions)/i,
  },
  {
    label: "Schedule",
    called: /schedul|time|date|deadline/i,
    spoken: /\b(deadline|schedule|calendar|days?|weeks?|months?|due|timeline|period of performance)\b/i,
  },
  {
    label: "Quality",
    called: /qualit|test|accept/i,
    spoken: /\b(tests?|tested|testing|quality|acceptance|bugs?|defects?|coverage|accessib)/i,
  },
  {
    label: "Staffing",
    called: /staff|team|personnel|people|manag/i,
    spoken: /\b(staff|team|personnel|resources?|training|experience|key person|manager)\b/i,
  },
  {
    label: "Technical",
    called: /techni|engineer|solution|function|software|architect/i,
    spoken:
      /\b(software|systems?|data|interface|integrat|deploy|code|api|platform|architectur|database|prototype|infrastructure)/i,
  },
  {
    label: "Delivery",
    called: /deliver|report|document|manag|operation/i,
    spoken: /\b(reports?|documents?|documentation|deliver|submit|provide|notify|meeting)/i,
  },
];

/** The topic that a text speaks of, by the order of the list. */
export function topicOf(text: string): string {
  return topics.find(({ spoken }) => spoken.test(text))?.label ?? "General";
}

/** How surely a text speaks of what a category is called: 0, or about 1 and more for the telling topics at the head of the list. */
export function speaksOf(text: string, category: string): number {
  const at = topics.findIndex(({ called, spoken }) => called.test(category) && spoken.test(text));
  return at < 0 ? 0 : 1.5 - at / 10;
}

/** How firmly a sentence demands something: 2 for `shall`, 0 for none, below for what is left open. */
export function demand(text: string): number {
  if (/\b(not (?:be )?required|not need|may|might|optional)\b/i.test(text)) return -0.5;
  if (/\b(shall|must)\b/i.test(text)) return 2;
  if (/\b(is|are|be) required\b|\bneeds? to\b|\bexpected to\b|\bresponsible for\b/i.test(text)) return 1.4;
  return /\b(will|should|required|requires)\b/i.test(text) ? 1 : 0;
}

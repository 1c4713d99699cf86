import { XmlFault } from './xml-fault.ts';
import { doubleHyphen } from './xml-markup-end.ts';
import { isName } from './xml-names.ts';
import { isSpace } from './xml-space.ts';
import { XML_10, XML_11, type XmlVersion } from './xml-version.ts';

/** XML 1.0, productions 23 to 26, 32, 80 and 81. */
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"(1\.\d+)"|'(1\.\d+)')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/;

/** Returns the version that the declaration of a document states, or why it is not well-formed. */
export function versionOf(declaration: string): XmlVersion | XmlFault {
  const found = DECLARATION.exec(declaration);
  if (found === null) return new XmlFault('it is not a declaration of XML.');
  return (found[1] ?? found[2]) === '1.0' ? XML_10 : XML_11;
}

/** Returns whether a processing instruction has the target of the declaration. */
export function isDeclaration(instruction: string): boolean {
  return instruction.startsWith('<?xml') && (isSpace(instruction.charCodeAt(5)) || instruction[5] === '?');
}

/** Returns why a processing instruction is not well-formed, if it is not. */
export function faultOfInstruction(instruction: string): XmlFault | undefined {
  const target = /^[^ \t\r\n?]*/.exec(instruction.slice(2))![0];
  if (!isName(target)) return new XmlFault('a processing instruction has no target, or one that is not a name.');
  if (target.toLowerCase() === 'xml')
    return new XmlFault('the declaration of XML is not at the beginning of the document.');
  const after = instruction.slice(2 + target.length);
  return after === '?>' || isSpace(after.charCodeAt(0))
    ? undefined
    : new XmlFault('in a processing instruction, white space is missing.');
}

/** Returns why a comment is not well-formed, if it is not. */
export function faultOfComment(comment: string): XmlFault | undefined {
  return comment.indexOf('--', 4) === comment.length - 3 ? undefined : doubleHyphen();
}

import { safeAddress } from "../ui/markdown.tsx";

/** Plain text whose web addresses can be clicked. They open here: most lead back into this installation. */
export function Linkified({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s<>"')]+)/g);
  return (
    <p className="text-sm leading-[22px] break-words whitespace-pre-wrap" dir="auto">
      {parts.map((part, index) => {
        const address = index % 2 === 1 ? safeAddress(part) : null;
        return address === null ? (
          part
        ) : (
          <a
            key={index}
            href={address}
            rel="noreferrer"
            className="break-all text-accent-text underline underline-offset-2"
          >
            {part}
          </a>
        );
      })}
    </p>
  );
}

interface AuthFailure {
  code?: string | undefined;
  status?: number | undefined;
  message: string;
}

/** What an answer of Supabase Auth means for the person at the form. It never tells whether an address has an account. */
export function authWords(failure: AuthFailure): { title: string; description: string } {
  if (failure.status === undefined || failure.status === 0) {
    return { title: "The server cannot be reached", description: "Check the connection and try again." };
  }
  if (failure.status === 429 || failure.code?.startsWith("over_") === true) {
    return { title: "Too many attempts", description: "Wait a minute, then try again." };
  }
  switch (failure.code) {
    case "invalid_credentials":
      return {
        title: "E-mail or password is wrong",
        description: "Check both. If you do not remember the password, reset it by mail.",
      };
    case "email_not_confirmed":
      return { title: "Confirm your address first", description: "Open the link in the mail that we sent you." };
    case "user_already_exists":
    case "email_exists":
      return { title: "This address cannot be used", description: "If it is yours, sign in or reset the password." };
    case "weak_password":
      return { title: "Choose a stronger password", description: failure.message };
    case "same_password":
      return { title: "That is your present password", description: "Choose another one." };
    case "signup_disabled":
      return { title: "Sign-up is closed here", description: "Ask an owner of your organisation to add you." };
    case "otp_expired":
    case "flow_state_not_found":
    case "bad_code_verifier":
      return {
        title: "This link is used up or too old",
        description: "Ask for a new one and open it in this browser.",
      };
    default:
      return { title: "That did not work", description: failure.message };
  }
}

/** What is wrong with an address as typed; null when it may be one. */
export function emailFault(email: string): string | null {
  if (email.trim() === "") return "Enter your e-mail address.";
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : "This does not look like an e-mail address.";
}

/** What is wrong with a new password; null when nothing is. */
export function passwordFault(password: string): string | null {
  return password.length < 8 ? "Use at least 8 characters." : null;
}

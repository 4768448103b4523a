package routes.sandbox;

/**
 * The API version that is selected for the app, as far as it changes what notifications look like. The receiver cannot
 * choose it: it must live with all.
 */
public enum PayloadGeneration {
    /** To 2.11: a ticket's state is a string with labels beside it; a rating does not tell when it was given. */
    V2_11,
    /** 2.12 to 2.14: a ticket's state is an object. */
    V2_14,
    /**
     * From 2.15: bodies of conversations are plain text, {@code ticket.closed} is nested and means the conversation.
     */
    V2_15
}

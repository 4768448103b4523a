package routes.sandbox;

import java.util.List;
import java.util.random.RandomGenerator;

/** Invented names and sentences of the sample workspace: a shop for garden tools. */
final class SampleWords {

    static final List<String> FIRST_NAMES = List.of(
            "Mara", "Tove", "Ilan", "Jory", "Petra", "Wim", "Saskia", "Otto", "Lucía", "Renée", "Björn", "Aiko", "Noor",
            "Emeka", "Zofia", "Callum");
    static final List<String> LAST_NAMES = List.of(
            "Lindgarden",
            "van der Oak",
            "Fernsby",
            "Mossman",
            "Trowel",
            "Rakewell",
            "Hedgerow",
            "Plumtree",
            "Thistle",
            "O'Spade",
            "Dibber",
            "Wheelbarrow-Smith");
    static final List<String> OPENINGS = List.of(
            "Hi, my pruning shears arrived without the spring. What now?",
            "Is the <Oakline> barrow in stock again in May?",
            "I was charged twice for order D-20871 & need a refund.",
            "Where is my parcel? Tracking has not moved for four days.",
            "Can I change the delivery address of yesterday's order?",
            "¿Hacen envíos a Canarias?",
            "The discount code SPRING does not work 🌱");
    static final List<String> REPLIES = List.of(
            "Thanks, that helps!",
            "It is the one with the red handle.",
            "No, I have not received an e-mail yet.",
            "Order D-20871, placed on Monday.",
            "Could you please check again?",
            "Perfekt, vielen Dank für die schnelle Hilfe!");
    static final List<String> ANSWERS = List.of(
            "Sorry about that! I am looking into it right away.",
            "Could you tell me the order number, please?",
            "A replacement left our warehouse this morning.",
            "I have refunded the second charge; it takes 3 to 5 days.",
            "We ship on every weekday before noon.");
    static final List<String> TITLES = List.of(
            "Spring missing from pruning shears",
            "Charged twice",
            "Return of hedge trimmer",
            "Parcel not moving",
            "Invoice with VAT number");
    static final List<String> REMARKS =
            List.of("Quick and friendly", "Took a while, but solved", "Great!", "Not solved");
    static final List<String> CITIES = List.of("Rotterdam", "Portland", "Sevilla", "Kraków", "Leeds", "Boston");

    private SampleWords() {}

    static <T> T any(List<T> list, RandomGenerator random) {
        return list.get(random.nextInt(list.size()));
    }
}
